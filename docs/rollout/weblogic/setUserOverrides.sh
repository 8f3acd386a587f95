# DOMAIN_HOME/bin/setUserOverrides.sh, which setDomainEnv.sh runs for each server
JAVA_OPTIONS="$JAVA_OPTIONS -javaagent:/opt/alloydb-agent/alloydb-agent.jar"
export JAVA_OPTIONS
