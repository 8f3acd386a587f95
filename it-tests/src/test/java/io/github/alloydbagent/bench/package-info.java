/**
 * What connections cost, by one client program and every way to the database that there is, side by
 * side: {@code mvn -Pbench verify} measures, and writes {@code docs/performance.md}.
 */
package io.github.alloydbagent.bench;
