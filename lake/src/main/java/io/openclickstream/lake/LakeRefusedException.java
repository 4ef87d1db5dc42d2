package io.openclickstream.lake;

/** The lake is not, or not any more, this job's to write in that way; the message says why, and what can be done. */
public final class LakeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LakeRefusedException(String message) {
        super(message);
    }
}
