/**
 * PostgreSQL's protocol, as far as the agent takes part in it: the startup message, the answer to a
 * login, hints added to error responses.
 */
@NullMarked
package io.github.alloydbagent.tunnel.postgres;

import org.jspecify.annotations.NullMarked;
