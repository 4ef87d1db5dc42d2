package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickPacker;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import io.openclickstream.schemas.pseudonym.Pseudonyms;
import org.jspecify.annotations.Nullable;

/**
 * Replaces user ids by pseudonyms before anything is kept. Behind it a click shows the pseudonym of its event time, carries
 * the group of its user for the state, and holds nothing of the record it was read from. Both depend on the click and the
 * keys alone, so the same click always comes out the same.
 */
final class PseudonymDoor {
    private static final byte[] NO_BYTES = {};
    private static final String DETAIL_NOT_KEPT = "not kept, since it may hold a user id: pseudonyms are on";
    private static final String KEY_GONE =
            "the key for pseudonyms of event_time %d was deleted from pseudonyms.keys, or never was there";

    private final PseudonymSettings settings;
    private final Pseudonyms pseudonyms;
    private final ClickPacker packer = new ClickPacker();
    private final byte[] group = new byte[Pseudonyms.TEXT_BYTES];
    private final byte[] shown = new byte[Pseudonyms.TEXT_BYTES];

    PseudonymDoor(PseudonymSettings settings, PseudonymKeys keys) {
        this.settings = settings;
        pseudonyms = new Pseudonyms(keys);
    }

    /** The record as it may go on. */
    SourceRecord pass(SourceRecord record) {
        ReceivedClick received = record.click();
        Rejected rejected = record.rejected();
        if (received != null) {
            return pass(received);
        }
        return rejected == null || settings.keepsRefusedBytes()
                ? record
                : new SourceRecord(null, refused(rejected.reason(), DETAIL_NOT_KEPT, rejected));
    }

    private SourceRecord pass(ReceivedClick received) {
        Click click = received.click();
        int period = pseudonyms.keys().periodAt(click.eventTimeMillis());
        byte[] site = click.bytes(ClickText.SITE_ID);
        byte[] user = click.bytes(ClickText.USER_ID);
        int userStart = click.textStart(ClickText.USER_ID);
        int userLength = click.textLength(ClickText.USER_ID);
        if (settings.source() == PseudonymSettings.Source.SHOWN) {
            // What nobody has the key of is its own group: it can be told apart, and no more.
            return period != PseudonymKeys.NO_PERIOD && pseudonyms.regroup(user, userStart, userLength, period, group)
                    ? passed(received, shown(user, userStart))
                    : new SourceRecord(received, null);
        }
        if (period == PseudonymKeys.NO_PERIOD) {
            String detail = KEY_GONE.formatted(click.eventTimeMillis());
            return new SourceRecord(null, refused(Reason.NO_PSEUDONYM_KEY, detail, received));
        }
        pseudonyms.group(
                site,
                click.textStart(ClickText.SITE_ID),
                click.textLength(ClickText.SITE_ID),
                user,
                userStart,
                userLength,
                group);
        pseudonyms.show(group, period, shown);
        return passed(received, shown);
    }

    private byte[] shown(byte[] user, int start) {
        System.arraycopy(user, start, shown, 0, shown.length);
        return shown;
    }

    private SourceRecord passed(ReceivedClick received, byte[] userId) {
        Click click = packer.underPseudonym(received.click(), userId, group);
        return new SourceRecord(
                new ReceivedClick(click, received.source(), kept(received.rawKey()), value(received)), null);
    }

    private byte[] value(ReceivedClick received) {
        return settings.keepsRefusedBytes() ? received.rawValue() : NO_BYTES;
    }

    private byte @Nullable [] kept(byte @Nullable [] bytes) {
        return settings.keepsRefusedBytes() ? bytes : null;
    }

    private Rejected refused(Reason reason, String detail, ReceivedClick received) {
        return new Rejected(
                reason,
                detail,
                received.source(),
                received.click().eventTimeMillis(),
                kept(received.rawKey()),
                kept(received.rawValue()));
    }

    private Rejected refused(Reason reason, String detail, Rejected rejected) {
        return new Rejected(reason, detail, rejected.source(), rejected.eventTimeMillis(), null, null);
    }
}
