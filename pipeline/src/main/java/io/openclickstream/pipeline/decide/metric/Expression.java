package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.QueryProvider;
import org.apache.calcite.rex.RexExecutable;
import org.apache.calcite.schema.SchemaPlus;
import org.jspecify.annotations.Nullable;

/** A scalar expression over one row of values. */
public sealed interface Expression extends Serializable {

    /** What it is on a row; not for several threads. */
    @FunctionalInterface
    interface Evaluator {
        @Nullable
        Object valueOf(@Nullable Object[] row);
    }

    /**
     * Makes it ready to run.
     *
     * @param failed told of every row on which the expression fails, such as a cast of a text that is no number: its
     *     value there is null, since one odd row must not stop a job
     */
    Evaluator evaluator(Runnable failed);

    /** The value at a position of the row. */
    record Column(int index) implements Expression {
        @Override
        public Evaluator evaluator(Runnable failed) {
            int position = index;
            return row -> row[position];
        }
    }

    /** The text at a position of the row, or another one where there is none. */
    record TextOrElse(int index, String otherwise) implements Expression {
        @Override
        public Evaluator evaluator(Runnable failed) {
            int position = index;
            String other = otherwise;
            return row -> row[position] == null ? other : row[position];
        }
    }

    /** Whether the text at a position of the row is this one; false where there is none. */
    record IsText(int index, String text) implements Expression {
        @Override
        public Evaluator evaluator(Runnable failed) {
            int position = index;
            String other = text;
            return row -> other.equals(row[position]);
        }
    }

    /**
     * Java code that Calcite has made from SQL.
     *
     * @param type of its value; null when it is only counted
     */
    record Computed(String code, @Nullable ValueType type) implements Expression {
        @Override
        public Evaluator evaluator(Runnable failed) {
            var executable = new RexExecutable(code, "a metric's expression");
            var context = new RowContext();
            executable.setDataContext(context);
            return row -> {
                context.row = row;
                try {
                    @Nullable Object[] values = executable.execute();
                    Object value = values == null ? null : values[0];
                    return type == null ? value : type.exact(value);
                } catch (RuntimeException e) {
                    failed.run();
                    return null;
                }
            };
        }
    }

    /** Hands the row to the code under the name that Calcite gives it. */
    final class RowContext implements DataContext {
        private @Nullable Object[] row = {};

        @Override
        public @Nullable Object get(String name) {
            return name.equals("inputRecord") ? row : null;
        }

        @Override
        public @Nullable SchemaPlus getRootSchema() {
            return null;
        }

        @Override
        public JavaTypeFactory getTypeFactory() {
            throw new UnsupportedOperationException("An expression is compiled already.");
        }

        @Override
        public QueryProvider getQueryProvider() {
            throw new UnsupportedOperationException("An expression reads one row only.");
        }
    }
}
