package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.Metric.Group;
import io.openclickstream.pipeline.decide.metric.Metric.Role;
import io.openclickstream.pipeline.decide.metric.ValueType.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexExecutorImpl;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.jspecify.annotations.Nullable;

/**
 * Turns one query into a {@link Metric}. Calcite parses, checks and simplifies it; what is left must be one aggregate over
 * one table's tumbling window:
 *
 * <pre>
 * SELECT site_id, COUNT(*) AS clicks
 * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
 * GROUP BY window_start, window_end, site_id
 * </pre>
 */
final class MetricSql {
    private static final long SHORTEST_WINDOW_MILLIS = 1_000;
    private static final long LONGEST_WINDOW_MILLIS = 86_400_000;
    private static final int MAX_COLUMNS = 64;

    /** What the sinks add to a metric's columns. */
    private static final Set<String> TAKEN =
            Set.of("is_closed", "is_final", "ingestion_time", "_op", "metric", "ingestion_hour");

    private static final HepProgram SIMPLIFY = new HepProgramBuilder()
            .addRuleInstance(CoreRules.FILTER_PROJECT_TRANSPOSE)
            .addRuleInstance(CoreRules.FILTER_MERGE)
            .addRuleInstance(CoreRules.PROJECT_MERGE)
            .addRuleInstance(CoreRules.PROJECT_REMOVE)
            .build();

    private final SqlTables tables;
    private final RexBuilder rex;
    private final List<SqlMistake> mistakes = new ArrayList<>();

    private MetricSql(SqlTables tables) {
        this.tables = tables;
        rex = new RexBuilder(tables.types);
    }

    /** A metric, or all that is wrong with its query. */
    record Compiled(@Nullable Metric metric, List<SqlMistake> mistakes) {}

    static Compiled compile(String name, String text, SqlTables tables) {
        MetricSql compiler = new MetricSql(tables);
        Metric metric = null;
        try {
            metric = compiler.metric(name, text);
        } catch (SqlParseException e) {
            SqlParserPos at = e.getPos();
            String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
            compiler.mistake(at, "cannot read this as SQL: " + said + ".");
        } catch (CalciteContextException e) {
            compiler.mistakes.add(new SqlMistake(
                    e.getPosLine(), e.getPosColumn(), (e.getCause() == null ? e : e.getCause()).getMessage() + "."));
        } catch (Unusable e) {
            compiler.mistakes.add(e.mistake);
        }
        return new Compiled(compiler.mistakes.isEmpty() ? metric : null, List.copyOf(compiler.mistakes));
    }

    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient SqlMistake mistake;

        Unusable(SqlMistake mistake) {
            this.mistake = mistake;
        }
    }

    private @Nullable Metric metric(String name, String text) throws SqlParseException, Unusable {
        SqlNode parsed = SqlParser.create(
                        text,
                        SqlParser.config()
                                .withUnquotedCasing(Casing.UNCHANGED)
                                .withCaseSensitive(true)
                                .withConformance(SqlConformanceEnum.LENIENT))
                .parseStmt();
        if (!(parsed instanceof SqlSelect)) {
            throw unusable(
                    parsed.getParserPosition(), "a metric is one SELECT, without ORDER BY, LIMIT, UNION or WITH.");
        }
        SqlValidator validator = SqlValidatorUtil.newValidator(
                tables.functions,
                tables.catalog,
                tables.types,
                SqlValidator.Config.DEFAULT.withIdentifierExpansion(true).withConformance(SqlConformanceEnum.LENIENT));
        SqlSelect select = (SqlSelect) validator.validate(parsed);
        RelRoot root = converter(validator).convertQuery(select, false, true);
        HepPlanner planner = new HepPlanner(SIMPLIFY);
        planner.setRoot(root.rel);
        return metric(name, text, select, root, planner.findBestExp());
    }

    private SqlToRelConverter converter(SqlValidator validator) {
        RelOptCluster cluster =
                RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), rex);
        return new SqlToRelConverter(
                (type, query, schema, view) -> {
                    throw new UnsupportedOperationException("There are no views.");
                },
                validator,
                tables.catalog,
                cluster,
                StandardConvertletTable.INSTANCE,
                SqlToRelConverter.config());
    }

    private @Nullable Metric metric(String name, String text, SqlSelect select, RelRoot root, RelNode plan)
            throws Unusable {
        SqlParserPos start = select.getParserPosition();
        Project outputs = plan instanceof Project project ? project : null;
        RelNode top = outputs == null ? plan : outputs.getInput();
        if (!(top instanceof Aggregate aggregate)
                || aggregate.getGroupType() != Aggregate.Group.SIMPLE
                || aggregate.getGroupSet().isEmpty()) {
            throw unusable(
                    start,
                    "a metric is one aggregate with GROUP BY window_start and its dimensions, and without HAVING,"
                            + " DISTINCT, GROUPING SETS or a second aggregate.");
        }
        RelNode below = aggregate.getInput();
        Project inputs = below instanceof Project project ? project : null;
        below = inputs == null ? below : inputs.getInput();
        Filter where = below instanceof Filter filter ? filter : null;
        below = where == null ? below : where.getInput();
        if (!(below instanceof TableFunctionScan window) || !(window.getCall() instanceof RexCall tumble)) {
            throw unusable(
                    start,
                    "a metric reads one table, by FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time),"
                            + " INTERVAL '1' MINUTE)); no joins.");
        }
        MetricTable<?> table = table(window, start);
        long windowMillis = windowMillis(table, tumble, start);

        RelDataType row = window.getRowType();
        List<RexNode> inputNodes =
                inputs == null ? new ArrayList<>(rex.identityProjects(row)) : new ArrayList<>(inputs.getProjects());
        Set<Integer> reads = new TreeSet<>();
        List<Expression> inputExpressions = new ArrayList<>();
        for (RexNode node : inputNodes) {
            inputExpressions.add(expression(node, row, start));
            reads.addAll(columnsOf(node));
        }
        Expression condition = null;
        if (where != null) {
            condition = expression(where.getCondition(), row, start);
            reads.addAll(columnsOf(where.getCondition()));
        }
        List<Group> groups = groups(aggregate, inputNodes, row);
        List<Measure> measures = new ArrayList<>();
        for (AggregateCall call : aggregate.getAggCallList()) {
            measures.add(measure(call, inputNodes, start));
        }
        Set<Integer> neverNull = new HashSet<>();
        for (RexNode holds : where == null ? List.<RexNode>of() : RelOptUtil.conjunctions(where.getCondition())) {
            if (holds.isA(SqlKind.IS_NOT_NULL)) {
                int input = inputNodes.indexOf(((RexCall) holds).getOperands().get(0));
                neverNull.add(List.copyOf(aggregate.getGroupSet().asList()).indexOf(input));
            }
        }
        List<MetricColumn> columns = columns(select, root, outputs, aggregate, groups, neverNull, measures);
        checkIds(select, root, outputs, aggregate, table, new ShownIds(row, inputNodes, groups, measures));
        if (!mistakes.isEmpty()) {
            return null;
        }
        return new Metric(
                name,
                MetricText.description(text),
                MetricText.withoutComments(text),
                table.name(),
                windowMillis,
                List.copyOf(reads),
                condition,
                inputExpressions,
                groups,
                measures,
                columns);
    }

    private MetricTable<?> table(TableFunctionScan window, SqlParserPos start) throws Unusable {
        RelNode scanned = window.getInputs().size() == 1 ? window.getInput(0) : null;
        if (scanned instanceof Project project
                && RexUtil.isIdentity(project.getProjects(), project.getInput().getRowType())) {
            scanned = project.getInput();
        }
        if (scanned instanceof TableScan scan) {
            String name = scan.getTable().getQualifiedName().get(0);
            for (MetricTable<?> table : MetricTable.all()) {
                if (table.name().equals(name)) {
                    return table;
                }
            }
        }
        throw unusable(start, "TUMBLE takes a whole table: TABLE clicks or TABLE sessions.");
    }

    private long windowMillis(MetricTable<?> table, RexCall tumble, SqlParserPos start) throws Unusable {
        List<RexNode> operands = tumble.getOperands();
        boolean isPlain = tumble.getOperator().getName().equals("TUMBLE")
                && operands.size() == 2
                && operands.get(0) instanceof RexCall descriptor
                && descriptor.getOperands().size() == 1
                && descriptor.getOperands().get(0) instanceof RexInputRef time
                && table.columns().get(time.getIndex()).name().equals(table.timeColumn())
                && operands.get(1) instanceof RexLiteral;
        if (!isPlain) {
            throw unusable(
                    start,
                    "%s are put into windows by TUMBLE(TABLE %s, DESCRIPTOR(%s), INTERVAL ...) without an offset."
                            .formatted(table.name(), table.name(), table.timeColumn()));
        }
        RexLiteral size = (RexLiteral) operands.get(1);
        Long millis = size.getTypeName().getFamily() == org.apache.calcite.sql.type.SqlTypeFamily.INTERVAL_DAY_TIME
                ? size.getValueAs(Long.class)
                : null;
        if (millis == null || millis < SHORTEST_WINDOW_MILLIS || millis > LONGEST_WINDOW_MILLIS) {
            throw unusable(start, "a window is 1 second to 1 day long.");
        }
        return millis;
    }

    private List<Group> groups(Aggregate aggregate, List<RexNode> inputs, RelDataType row) {
        int windowStart = row.getFieldCount() - 2;
        List<Group> groups = new ArrayList<>();
        for (int input : aggregate.getGroupSet()) {
            Role role = Role.DIMENSION;
            if (inputs.get(input) instanceof RexInputRef ref && ref.getIndex() >= windowStart) {
                role = ref.getIndex() == windowStart ? Role.WINDOW_START : Role.WINDOW_END;
            }
            ValueType type = SqlTables.valueType(inputs.get(input).getType());
            groups.add(new Group(role, input, type == null ? ValueType.of(Kind.BYTES) : type));
        }
        return groups;
    }

    private Measure measure(AggregateCall call, List<RexNode> inputs, SqlParserPos start) throws Unusable {
        String function = call.getAggregation().getName();
        int argument = call.getArgList().isEmpty() ? -1 : call.getArgList().get(0);
        ValueType input =
                argument < 0 ? null : SqlTables.valueType(inputs.get(argument).getType());
        ValueType type = SqlTables.valueType(call.getType());
        boolean isDistinct = call.isDistinct();
        double quantile = 0;
        Measure.Function measured =
                switch (call.getAggregation().getKind()) {
                    case COUNT ->
                        isDistinct && call.isApproximate()
                                ? Measure.Function.APPROX_COUNT_DISTINCT
                                : Measure.Function.COUNT;
                    case SUM -> Measure.Function.SUM;
                    case MIN -> Measure.Function.MIN;
                    case MAX -> Measure.Function.MAX;
                    default ->
                        function.equals("APPROX_COUNT_DISTINCT")
                                ? Measure.Function.APPROX_COUNT_DISTINCT
                                : function.equals(SqlTables.APPROX_QUANTILE.getName())
                                        ? Measure.Function.APPROX_QUANTILE
                                        : null;
                };
        String said = call.toString();
        if (measured == null) {
            throw unusable(
                    start,
                    said + " is not among COUNT, SUM, MIN, MAX, APPROX_COUNT_DISTINCT and APPROX_QUANTILE; write an"
                            + " average as SUM(x) / COUNT(x).");
        }
        if (isDistinct && measured != Measure.Function.APPROX_COUNT_DISTINCT) {
            throw unusable(start, said + " would have to keep every value; write APPROX_COUNT_DISTINCT.");
        }
        if (call.getArgList().size() > 1 && measured != Measure.Function.APPROX_QUANTILE) {
            throw unusable(start, said + " has more than one argument.");
        }
        if (argument >= 0 && (input == null || type == null)) {
            throw unusable(start, said + " is of a type that no column can have.");
        }
        if (measured == Measure.Function.SUM && input != null && input.kind() == Kind.DOUBLE) {
            throw unusable(
                    start,
                    said + " adds doubles, whose sum depends on their order; CAST them to a DECIMAL or a BIGINT.");
        }
        boolean isExtreme = measured == Measure.Function.MIN || measured == Measure.Function.MAX;
        if (isExtreme && input != null && input.kind() == Kind.BOOL) {
            throw unusable(start, said + " compares truth values; write COUNT(*) FILTER (WHERE ...).");
        }
        if (measured == Measure.Function.APPROX_QUANTILE) {
            RexNode fraction = inputs.get(call.getArgList().get(1));
            Double value = fraction instanceof RexLiteral literal ? literal.getValueAs(Double.class) : null;
            if (value == null || value < 0 || value > 1) {
                throw unusable(start, said + " needs a fraction from 0 to 1 as its second argument, such as 0.95.");
            }
            quantile = value;
        }
        return new Measure(
                measured, argument, call.filterArg, type == null ? ValueType.of(Kind.INT64) : type, quantile);
    }

    private List<MetricColumn> columns(
            SqlSelect select,
            RelRoot root,
            @Nullable Project outputs,
            Aggregate aggregate,
            List<Group> groups,
            Set<Integer> neverNull,
            List<Measure> measures)
            throws Unusable {
        RelDataType row = aggregate.getRowType();
        List<? extends RexNode> nodes = outputs == null ? rex.identityProjects(row) : outputs.getProjects();
        List<MetricColumn> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<Integer> shown = new HashSet<>();
        for (int i = 0; i < root.fields.size(); i++) {
            String name = root.fields.get(i).getValue();
            RexNode node = nodes.get(root.fields.get(i).getKey());
            SqlNode item = select.getSelectList().get(i);
            int group = node instanceof RexInputRef ref && ref.getIndex() < groups.size() ? ref.getIndex() : -1;
            if (group >= 0) {
                shown.add(group);
                Role role = groups.get(group).role();
                if (role != Role.DIMENSION) {
                    String own = role == Role.WINDOW_START ? Metric.WINDOW_START : Metric.WINDOW_END;
                    check(item, name.equals(own), "%s keeps its name".formatted(own));
                    continue;
                }
            }
            ValueType type = SqlTables.valueType(node.getType());
            boolean isFine = check(
                            item,
                            name.matches("[a-z][a-z0-9_]{0,62}") && !TAKEN.contains(name),
                            "'%s' cannot be a column; name it with AS, in small letters, digits and _, other than %s"
                                    .formatted(name, new TreeSet<>(TAKEN)))
                    && check(item, names.add(name), "there is a column %s already".formatted(name))
                    && check(
                            item,
                            type != null,
                            "%s is of type %s, which no column can have".formatted(name, node.getType()));
            if (group >= 0 && type != null) {
                isFine &= check(
                        item,
                        type.isDimension(),
                        "dimension %s is of type %s; make it a text, a whole number or a timestamp"
                                .formatted(name, node.getType()));
                isFine &= check(
                        item,
                        !node.getType().isNullable() || neverNull.contains(group),
                        "dimension %s may be null; write COALESCE(%s, '(none)') AS %s"
                                .formatted(name, sql(item), name));
            }
            if (!isFine || type == null) {
                continue;
            }
            Expression value = expression(node, row, item.getParserPosition());
            boolean isNullable = group < 0 && (node.getType().isNullable() || !(value instanceof Expression.Column));
            columns.add(new MetricColumn(name, type, isNullable, sql(item), value, -1));
            int measure = node instanceof RexInputRef ref ? ref.getIndex() - groups.size() : -1;
            if (measure >= 0 && measures.get(measure).function() == Measure.Function.APPROX_COUNT_DISTINCT) {
                check(item, names.add(name + "_sketch"), "%s_sketch is the column of its sketch".formatted(name));
                columns.add(new MetricColumn(
                        name + "_sketch",
                        ValueType.of(Kind.BYTES),
                        false,
                        "Theta sketch of " + sql(item) + ", to count over several windows",
                        value,
                        measure));
            }
        }
        SqlNode groupBy = select.getGroup() == null ? select : select.getGroup();
        for (int i = 0; i < groups.size(); i++) {
            check(
                    groupBy,
                    groups.get(i).role() != Role.DIMENSION || shown.contains(i),
                    "every dimension of GROUP BY stands in SELECT, or rows could not be told apart");
        }
        check(
                groupBy,
                groups.stream().anyMatch(group -> group.role() != Role.DIMENSION),
                "GROUP BY names window_start, since a metric counts per window");
        check(select, columns.size() <= MAX_COLUMNS, "a metric has at most %d columns".formatted(MAX_COLUMNS));
        return columns;
    }

    private void checkIds(
            SqlSelect select,
            RelRoot root,
            @Nullable Project outputs,
            Aggregate aggregate,
            MetricTable<?> table,
            ShownIds ids) {
        List<? extends RexNode> nodes =
                outputs == null ? rex.identityProjects(aggregate.getRowType()) : outputs.getProjects();
        for (int i = 0; i < root.fields.size(); i++) {
            String id = ids.in(nodes.get(root.fields.get(i).getKey()));
            check(
                    select.getSelectList().get(i),
                    id == null,
                    ("%s shows %s, so a metric would keep what an erasure of a person cannot find; count with"
                                    + " APPROX_COUNT_DISTINCT(%s), use it in a condition only, or ask the lake's %s")
                            .formatted(root.fields.get(i).getValue(), id, id, table.name()));
        }
    }

    private Expression expression(RexNode node, RelDataType row, SqlParserPos at) throws Unusable {
        Expression plain = PlainExpressions.find(node, rex.getTypeFactory());
        if (plain != null) {
            return plain;
        }
        if (!RexUtil.isDeterministic(node) || isDynamic(node)) {
            throw unusable(at, node + " is not the same each time it is computed, so no result could be repeated.");
        }
        if (RexUtil.SubQueryFinder.find(node) != null || RexUtil.containsCorrelation(node)) {
            throw unusable(at, node + " asks another table.");
        }
        try {
            String code = RexExecutorImpl.getExecutable(rex, List.of(node), row).getSource();
            return new Expression.Computed(code, SqlTables.valueType(node.getType()));
        } catch (RuntimeException e) {
            throw unusable(at, node + " cannot be computed (" + e.getMessage() + ").");
        }
    }

    private static boolean isDynamic(RexNode node) {
        boolean[] found = new boolean[1];
        node.accept(new RexVisitorImpl<@Nullable Void>(true) {
            @Override
            public @Nullable Void visitCall(RexCall call) {
                found[0] |= call.getOperator().isDynamicFunction();
                return super.visitCall(call);
            }
        });
        return found[0];
    }

    private static Set<Integer> columnsOf(RexNode node) {
        Set<Integer> columns = new TreeSet<>();
        RelOptUtil.InputFinder.bits(node).forEach(columns::add);
        return columns;
    }

    /** The SQL of an item of SELECT, without its name. */
    private static String sql(SqlNode item) {
        SqlNode named = item instanceof SqlBasicCall call && call.getKind() == SqlKind.AS ? call.operand(0) : item;
        return named.toString().replace("`", "").replaceAll("\\b(EXPR\\$0|clicks|sessions)\\.", "");
    }

    private boolean check(SqlNode at, boolean holds, String otherwise) {
        if (!holds) {
            mistake(at.getParserPosition(), otherwise + ".");
        }
        return holds;
    }

    private void mistake(SqlParserPos at, String message) {
        mistakes.add(new SqlMistake(at.getLineNum(), at.getColumnNum(), message));
    }

    private static Unusable unusable(SqlParserPos at, String message) {
        return new Unusable(new SqlMistake(at.getLineNum(), at.getColumnNum(), message));
    }
}
