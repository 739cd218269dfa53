/// The configuration file: small immutable records, and the one reader that fills them.
///
/// ```
/// file -> YamlTree (Commons Configuration nodes, every scalar as written)
///      -> Section (typed, with defaults; collects every problem and every key it was asked for)
///      -> Config
/// ```
///
/// A reader never stops at the first error: it notes it, goes on with a stand-in, and
/// [ConfigLoader] throws all of them at once. No record with a stand-in in it ever leaves the
/// package. Secrets are [Secret]s from the moment they are read; a problem shows a value as it is
/// written in the file, before substitution, and never that of a secret.
@NullMarked
package org.imapmirror.app.config;

import org.jspecify.annotations.NullMarked;
