/**
 * The real operators of the live push, a real connection and a real Flight server, under everything that happens to
 * jobs, networks and servers, compared with an oracle that knows only what was fed.
 */
package io.openclickstream.failures;
