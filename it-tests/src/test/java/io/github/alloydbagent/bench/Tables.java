package io.github.alloydbagent.bench;

/** The figures as tables. */
final class Tables {
  Tables(BenchPlan plan, Figures figures) {
    this.figures = figures;
  }

  private final Figures figures;

  String text() {
    return figures.toString();
  }
}
