rem Commons Daemon: adds the agent to the service "orders" from its next start
prunsrv.exe //US//orders ++JvmOptions=-javaagent:C:\alloydb-agent\alloydb-agent.jar
