# DOMAIN_HOME/bin/setUserOverrides.sh; setDomainEnv.sh runs it for each server
JAVA_OPTIONS="$JAVA_OPTIONS -javaagent:/opt/alloydb-agent/alloydb-agent.jar"
export JAVA_OPTIONS
