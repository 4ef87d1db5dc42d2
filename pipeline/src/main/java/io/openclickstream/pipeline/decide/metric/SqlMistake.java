package io.openclickstream.pipeline.decide.metric;

/**
 * What is wrong with a metric's query, and where.
 *
 * @param line from 1; 0 when it is no single place
 * @param column from 1
 * @param message what is wrong and what to do
 */
record SqlMistake(int line, int column, String message) {

    String in(String file) {
        return line == 0 ? "%s: %s".formatted(file, message) : "%s:%d:%d: %s".formatted(file, line, column, message);
    }
}
