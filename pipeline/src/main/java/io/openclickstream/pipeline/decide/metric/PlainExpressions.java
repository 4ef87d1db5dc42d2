package io.openclickstream.pipeline.decide.metric;

import java.util.List;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Finds expressions that need no code made for them: those that nearly every metric computes of every row, and which are
 * a comparison in Java.
 */
final class PlainExpressions {
    private PlainExpressions() {}

    /** The expression in its plain form; null when it has none. */
    static @Nullable Expression find(RexNode node, RelDataTypeFactory types) {
        if (node instanceof RexInputRef ref) {
            return new Expression.Column(ref.getIndex());
        }
        if (node instanceof RexCall call && call.isA(SqlKind.CASE)) {
            return textOrElse(call.getOperands(), types);
        }
        return node instanceof RexCall call ? isText(call) : null;
    }

    /** COALESCE(column, 'text'), which Calcite reads as CASE WHEN column IS NOT NULL THEN column ELSE 'text' END. */
    private static @Nullable Expression textOrElse(List<RexNode> operands, RelDataTypeFactory types) {
        if (operands.size() == 3
                && operands.get(0) instanceof RexCall condition
                && condition.isA(SqlKind.IS_NOT_NULL)
                && isTextColumn(condition.getOperands().get(0))
                && operands.get(2) instanceof RexLiteral text
                && text.getTypeName() == SqlTypeName.CHAR) {
            RexNode column = condition.getOperands().get(0);
            String otherwise = text.getValueAs(String.class);
            return otherwise != null
                            && RexUtil.removeNullabilityCast(types, operands.get(1))
                                    .equals(column)
                    ? new Expression.TextOrElse(((RexInputRef) column).getIndex(), otherwise)
                    : null;
        }
        return null;
    }

    /** (column = 'text') IS TRUE, as FILTER has it; the same without IS TRUE where the column is never null. */
    private static @Nullable Expression isText(RexCall call) {
        RexNode equation = call.isA(SqlKind.IS_TRUE) ? call.getOperands().get(0) : call;
        if (!call.getType().isNullable()
                && equation instanceof RexCall equals
                && equals.isA(SqlKind.EQUALS)
                && isTextColumn(equals.getOperands().get(0))
                && equals.getOperands().get(1) instanceof RexLiteral literal
                && literal.getTypeName() == SqlTypeName.CHAR) {
            String text = literal.getValueAs(String.class);
            int column = ((RexInputRef) equals.getOperands().get(0)).getIndex();
            return text == null ? null : new Expression.IsText(column, text);
        }
        return null;
    }

    private static boolean isTextColumn(RexNode node) {
        return node instanceof RexInputRef && node.getType().getSqlTypeName() == SqlTypeName.VARCHAR;
    }
}
