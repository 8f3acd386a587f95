# An application image that contains the agent.
FROM eclipse-temurin:21-jre
COPY --from=example.com/alloydb-agent:0.1.0 /alloydb-agent.jar /opt/alloydb-agent/alloydb-agent.jar
COPY orders.jar /opt/orders/orders.jar
ENV JAVA_TOOL_OPTIONS=-javaagent:/opt/alloydb-agent/alloydb-agent.jar
USER 10001:10001
ENTRYPOINT ["java", "-jar", "/opt/orders/orders.jar"]
