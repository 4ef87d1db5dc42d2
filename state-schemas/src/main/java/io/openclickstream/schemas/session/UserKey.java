package io.openclickstream.schemas.session;

/** The key of session state: one user of one site. A key record never changes, or every savepoint is lost. */
public record UserKey(String siteId, String userId) {

    /** Written out, since it decides which subtask owns the user, and Java does not promise what it would be. */
    @Override
    public int hashCode() {
        return siteId.hashCode() * 31 + userId.hashCode();
    }
}
