# The agent's jar and cp, for init containers and COPY --from.
FROM busybox:1.37
COPY --chmod=0644 alloydb-agent.jar /alloydb-agent.jar
USER 65534:65534
