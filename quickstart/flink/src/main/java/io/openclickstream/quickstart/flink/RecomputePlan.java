package io.openclickstream.quickstart.flink;

import io.openclickstream.pipeline.source.Coverage;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What is to be recomputed, as the launcher has written it into the target folder: {@value #FILE} says where clicks come
 * from ({@code from=LAKE|KAFKA}, {@code lake=FOLDER}) and how far each partition was read ({@code
 * next-offset.PARTITION.TOPIC=OFFSET}); {@value #NOT_COUNTED} lists records that did not count, as {@code
 * TOPIC,PARTITION,OFFSET} in this order.
 *
 * @param clicksUri folder of the lake's dataset {@code clicks}
 */
record RecomputePlan(boolean isFromKafka, String clicksUri, Coverage coverage) {
    static final String FILE = "recompute.properties";
    private static final String NOT_COUNTED = "not-counted.csv";
    private static final String NEXT_OFFSET = "next-offset.";

    static RecomputePlan read(Path target) throws IOException {
        Properties plan = new Properties();
        try (Reader file = Files.newBufferedReader(target.resolve(FILE))) {
            plan.load(file);
        }
        Map<String, Map<Integer, Long>> nextOffsets = new HashMap<>();
        for (String name : plan.stringPropertyNames()) {
            if (name.startsWith(NEXT_OFFSET)) {
                String[] partitionAndTopic =
                        name.substring(NEXT_OFFSET.length()).split("\\.", 2);
                nextOffsets
                        .computeIfAbsent(partitionAndTopic[1], topic -> new HashMap<>())
                        .put(Integer.valueOf(partitionAndTopic[0]), Long.valueOf(plan.getProperty(name)));
            }
        }
        return new RecomputePlan(
                plan.getProperty("from").equals("KAFKA"),
                Path.of(plan.getProperty("lake")).resolve("clicks").toUri().toString(),
                new Coverage(nextOffsets, notCounted(target.resolve(NOT_COUNTED))));
    }

    private static Map<String, Map<Integer, long[]>> notCounted(Path file) throws IOException {
        Map<String, Map<Integer, LongStream.Builder>> offsets = new HashMap<>();
        if (Files.exists(file)) {
            try (Stream<String> lines = Files.lines(file)) {
                lines.map(line -> line.split(",", -1))
                        .forEach(position -> offsets.computeIfAbsent(position[0], topic -> new HashMap<>())
                                .computeIfAbsent(Integer.valueOf(position[1]), partition -> LongStream.builder())
                                .add(Long.parseLong(position[2])));
            }
        }
        Map<String, Map<Integer, long[]>> sorted = new HashMap<>();
        offsets.forEach((topic, partitions) -> {
            Map<Integer, long[]> byPartition = new HashMap<>();
            partitions.forEach((partition, positions) ->
                    byPartition.put(partition, positions.build().toArray()));
            sorted.put(topic, byPartition);
        });
        return sorted;
    }
}
