package org.imapmirror.proxy;

import java.nio.file.Path;

/// What the listeners show to clients that ask for TLS.
///
/// @param certificate a PEM file: the server's certificate, then the chain
/// @param key a PEM file: the private key (PKCS#8), without a password
public record ProxyTls(Path certificate, Path key) {}
