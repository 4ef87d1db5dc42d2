package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.MetricTable.Column;
import io.openclickstream.pipeline.decide.metric.ValueType.Kind;
import java.util.EnumSet;
import java.util.List;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystem;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.fun.SqlLibrary;
import org.apache.calcite.sql.fun.SqlLibraryOperatorTableFactory;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlOperatorTables;

/** What SQL can see: the tables with their types, and the functions. */
final class SqlTables {
    /** APPROX_QUANTILE(number, fraction): a number that this fraction of the values does not exceed, within 1 %. */
    static final SqlBasicAggFunction APPROX_QUANTILE = SqlBasicAggFunction.create(
                    "APPROX_QUANTILE",
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.DOUBLE_NULLABLE.andThen(
                            (call, type) -> call.getTypeFactory().createTypeWithNullability(type, true)),
                    OperandTypes.NUMERIC_NUMERIC)
            .withFunctionType(SqlFunctionCategory.USER_DEFINED_FUNCTION);

    private static final RelDataTypeSystem TYPES = new RelDataTypeSystemImpl() {
        @Override
        public int getMaxPrecision(SqlTypeName name) {
            return name == SqlTypeName.DECIMAL ? ValueType.DECIMAL_PRECISION : super.getMaxPrecision(name);
        }

        @Override
        public int getMaxScale(SqlTypeName name) {
            return name == SqlTypeName.DECIMAL ? ValueType.DECIMAL_PRECISION : super.getMaxScale(name);
        }

        /** Otherwise CASE would fill its shorter texts up with blanks. */
        @Override
        public boolean shouldConvertRaggedUnionTypesToVarying() {
            return true;
        }

        /** A sum of whole numbers is a whole number, a sum of decimals has all digits there are. */
        @Override
        public RelDataType deriveSumType(RelDataTypeFactory factory, RelDataType argument) {
            RelDataType sum = SqlTypeUtil.isIntType(argument)
                    ? factory.createSqlType(SqlTypeName.BIGINT)
                    : SqlTypeUtil.isDecimal(argument)
                            ? factory.createSqlType(
                                    SqlTypeName.DECIMAL, ValueType.DECIMAL_PRECISION, argument.getScale())
                            : argument;
            return factory.createTypeWithNullability(sum, argument.isNullable());
        }
    };

    final JavaTypeFactory types = new JavaTypeFactoryImpl(TYPES);
    final CalciteConnectionConfig config =
            CalciteConnectionConfig.DEFAULT.set(CalciteConnectionProperty.CASE_SENSITIVE, "true");
    final CalciteCatalogReader catalog;
    final SqlOperatorTable functions;

    SqlTables() {
        CalciteSchema schema = CalciteSchema.createRootSchema(false, false);
        for (MetricTable<?> table : MetricTable.all()) {
            schema.add(table.name(), new AbstractTable() {
                @Override
                public RelDataType getRowType(RelDataTypeFactory factory) {
                    RelDataTypeFactory.Builder row = factory.builder();
                    table.columns().forEach(column -> row.add(column.name(), sqlType(factory, column)));
                    return row.build();
                }
            });
        }
        catalog = new CalciteCatalogReader(schema, List.of(), types, config);
        functions = SqlOperatorTables.chain(
                SqlOperatorTables.of(APPROX_QUANTILE),
                SqlLibraryOperatorTableFactory.INSTANCE.getOperatorTable(
                        EnumSet.of(SqlLibrary.STANDARD, SqlLibrary.POSTGRESQL)),
                catalog);
    }

    private static RelDataType sqlType(RelDataTypeFactory factory, Column<?> column) {
        ValueType type = column.type();
        RelDataType value =
                switch (type.kind()) {
                    case DECIMAL ->
                        factory.createSqlType(SqlTypeName.DECIMAL, ValueType.DECIMAL_PRECISION, type.scale());
                    case TIME -> factory.createSqlType(SqlTypeName.TIMESTAMP, 3);
                    case INT64 -> factory.createSqlType(SqlTypeName.BIGINT);
                    case BOOL -> factory.createSqlType(SqlTypeName.BOOLEAN);
                    case DOUBLE -> factory.createSqlType(SqlTypeName.DOUBLE);
                    case TEXT -> factory.createSqlType(SqlTypeName.VARCHAR);
                    case BYTES -> throw new IllegalStateException("No table has bytes: " + column.name());
                };
        RelDataType nullable = factory.createTypeWithNullability(value, column.isNullable());
        return column.isMap() ? factory.createMapType(factory.createSqlType(SqlTypeName.VARCHAR), nullable) : nullable;
    }

    /** The type that a metric's column of this SQL type has; null when it can have none. */
    static @org.jspecify.annotations.Nullable ValueType valueType(RelDataType type) {
        SqlTypeName name = type.getSqlTypeName();
        if (SqlTypeName.CHAR_TYPES.contains(name)) {
            return ValueType.of(Kind.TEXT);
        }
        if (SqlTypeName.INT_TYPES.contains(name)) {
            return ValueType.of(Kind.INT64);
        }
        return switch (name) {
            case DECIMAL -> new ValueType(Kind.DECIMAL, type.getScale());
            case REAL, FLOAT, DOUBLE -> ValueType.of(Kind.DOUBLE);
            case BOOLEAN -> ValueType.of(Kind.BOOL);
            case TIMESTAMP -> ValueType.of(Kind.TIME);
            default -> null;
        };
    }
}
