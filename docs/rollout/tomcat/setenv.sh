# CATALINA_BASE/bin/setenv.sh; uses CATALINA_OPTS because JAVA_OPTS also applies to the JVM of "catalina.sh stop"
CATALINA_OPTS="$CATALINA_OPTS -javaagent:/opt/alloydb-agent/alloydb-agent.jar"
