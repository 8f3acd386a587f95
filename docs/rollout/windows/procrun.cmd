rem Commons Daemon: adds the agent to the service "orders", which holds from its next start on
prunsrv.exe //US//orders ++JvmOptions=-javaagent:C:\alloydb-agent\alloydb-agent.jar
