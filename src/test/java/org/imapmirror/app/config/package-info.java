/// Tests of the configuration.
@NullMarked
package org.imapmirror.app.config;

import org.jspecify.annotations.NullMarked;
