/** Holds the manifests true: to Kubernetes' schemas, to the operator's, to themselves and to the code. */
@NullMarked
package io.openclickstream.k8s;

import org.jspecify.annotations.NullMarked;
