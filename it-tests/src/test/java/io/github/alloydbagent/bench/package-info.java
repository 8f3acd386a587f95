/**
 * Measures the cost of connections with one client program over every way to the database: {@code
 * mvn -Pbench verify} writes {@code docs/performance.md}.
 */
package io.github.alloydbagent.bench;
