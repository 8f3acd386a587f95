/** As whom: credentials, and the tokens they give. */
@NullMarked
package io.github.alloydbagent.credentials;

import org.jspecify.annotations.NullMarked;
