alloydb-agent.jar bundles classes of these libraries, most under names of its own. Their licences and notices are in this directory,
each library's under its name; the text of Apache-2.0 is META-INF/LICENSE.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
${project.groupId}:${project.artifactId}:${project.version} (<#list entry.getValue() as license>${license}<#if license_has_next>, </#if></#list>)
</#list>
