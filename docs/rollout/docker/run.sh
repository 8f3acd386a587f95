#!/bin/sh
# Runs an unmodified application image with the agent from this machine's /opt/alloydb-agent.
exec docker run --rm --read-only --tmpfs /tmp \
  --volume /opt/alloydb-agent:/opt/alloydb-agent:ro \
  --env JAVA_TOOL_OPTIONS=-javaagent:/opt/alloydb-agent/alloydb-agent.jar \
  example.com/orders:1.0
