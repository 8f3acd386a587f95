# CATALINA_BASE/bin/setenv.sh; CATALINA_OPTS, since JAVA_OPTS would put the agent on the JVM of "catalina.sh stop", too
CATALINA_OPTS="$CATALINA_OPTS -javaagent:/opt/alloydb-agent/alloydb-agent.jar"
