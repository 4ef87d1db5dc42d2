package io.openclickstream.load.sidebyside;

import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** {@code 'connector' = 'digest'}: a table that keeps a digest of what is inserted. */
public final class DigestTableFactory implements DynamicTableSinkFactory {
    @Override
    public String factoryIdentifier() {
        return "digest";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSink createDynamicTableSink(DynamicTableFactory.Context context) {
        String table = context.getObjectIdentifier().getObjectName();
        return new DigestTable(
                table, context.getPhysicalRowDataType().getLogicalType().getChildren());
    }

    private record DigestTable(String table, List<LogicalType> types) implements DynamicTableSink {
        @Override
        public ChangelogMode getChangelogMode(ChangelogMode requested) {
            return ChangelogMode.insertOnly();
        }

        @Override
        public SinkRuntimeProvider getSinkRuntimeProvider(DynamicTableSink.Context context) {
            RowData.FieldGetter[] getters = new RowData.FieldGetter[types.size()];
            for (int i = 0; i < types.size(); i++) {
                getters[i] = RowData.createFieldGetter(types.get(i), i);
            }
            boolean[] areMoments = new boolean[types.size()];
            for (int i = 0; i < types.size(); i++) {
                areMoments[i] = types.get(i).is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE)
                        || types.get(i).is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
            }
            return SinkV2Provider.of(new DigestSink<>(table, row -> values(row, getters, areMoments)));
        }

        private static Object[] values(RowData row, RowData.FieldGetter[] getters, boolean[] areMoments) {
            Object[] values = new Object[getters.length];
            for (int i = 0; i < values.length; i++) {
                Object value = getters[i].getFieldOrNull(row);
                values[i] = value instanceof StringData text
                        ? text.toString()
                        : areMoments[i] ? Long.valueOf(((TimestampData) value).getMillisecond()) : value;
            }
            return values;
        }

        @Override
        public DynamicTableSink copy() {
            return this;
        }

        @Override
        public String asSummaryString() {
            return "digest";
        }
    }
}
