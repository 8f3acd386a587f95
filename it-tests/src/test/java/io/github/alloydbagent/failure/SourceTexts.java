package io.github.alloydbagent.failure;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The texts in the agent's sources, as javac parses them: what stands between quotes, put together
 * again where it is broken into pieces.
 */
final class SourceTexts {
  /** In a text, for what is put in when the agent runs. */
  static final String GAP = "\u2026";

  private static final Path ROOT = Path.of("src", "main", "java", "io", "github", "alloydbagent");
  private static final Pattern SENTENCE =
      Pattern.compile("[A-Za-z']+[,;:]? [A-Za-z']+[,;:]? [A-Za-z']");
  private static final Pattern WORDS = Pattern.compile("[A-Za-z']{2,}.* [A-Za-z']");

  /**
   * @param file below the agent's root package
   * @param words with {@link #GAP}s
   * @param said whether it can come to somebody as an error or a warning, or as a part of one
   */
  record Text(String file, String words, boolean said) {
    @Override
    public String toString() {
      return file + ": " + words;
    }
  }

  private SourceTexts() {}

  /**
   * All texts. Said is, first, each that is handed to an exception or to the log's {@code warn} or
   * {@code error}, and second, whatever reads like a sentence: three words, wherever it stands. Not
   * said are texts of annotations, such as the commands' help, those for the log's other levels,
   * and what a mistake in the settings is told to expect: that says by itself what to do.
   */
  static List<Text> all() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : List.of("agent", "bootstrap")) {
      try (Stream<Path> found = Files.walk(Path.of("..", module).resolve(ROOT))) {
        found.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Text> texts = new ArrayList<>();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      for (CompilationUnitTree file : task.parse()) {
        new Scanner(name(file), texts).scan(file, Place.ANYWHERE);
      }
    }
    return texts;
  }

  private static String name(CompilationUnitTree file) {
    String path = file.getSourceFile().getName().replace('\\', '/');
    return path.substring(path.indexOf("/alloydbagent/") + "/alloydbagent/".length());
  }

  /** What becomes of the texts that stand somewhere. */
  private enum Place {
    ANYWHERE,
    THROWN_OR_LOGGED,
    NOT_SAID
  }

  private static final class Scanner extends TreePathScanner<@Nullable Void, Place> {
    private final String file;
    private final List<Text> texts;

    Scanner(String file, List<Text> texts) {
      this.file = file;
      this.texts = texts;
    }

    @Override
    public @Nullable Void visitAnnotation(AnnotationTree annotation, Place place) {
      return super.visitAnnotation(annotation, Place.NOT_SAID);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree call, Place place) {
      String method = call.getMethodSelect().toString();
      if (method.matches(".*\\.(info|debug|trace)")) {
        return super.visitMethodInvocation(call, Place.NOT_SAID);
      }
      if (method.matches(".*\\.(warn|error)")) {
        return super.visitMethodInvocation(call, Place.THROWN_OR_LOGGED);
      }
      List<? extends ExpressionTree> arguments = call.getArguments();
      if (method.matches("(mistakes|errors)\\.add") && arguments.size() == 5) {
        scan(arguments.get(2), Place.THROWN_OR_LOGGED);
        scan(arguments.get(3), Place.NOT_SAID); // what is expected
        return null;
      }
      return super.visitMethodInvocation(call, place);
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree created, Place place) {
      String type = created.getIdentifier().toString();
      Place inside = place;
      if (type.matches(".*(Exception|Error)")) {
        inside = Place.THROWN_OR_LOGGED;
      } else if (type.matches("(ValueParser|Choice)<.*|Range")) {
        inside = Place.NOT_SAID; // what is expected
      }
      scan(created.getArguments(), inside);
      return scan(created.getClassBody(), place);
    }

    @Override
    public @Nullable Void visitBinary(BinaryTree sum, Place place) {
      StringBuilder words = new StringBuilder();
      if (!isPartOfText() && put(sum, words)) {
        add(words.toString(), place);
      }
      return super.visitBinary(sum, place);
    }

    @Override
    public @Nullable Void visitLiteral(LiteralTree literal, Place place) {
      if (literal.getValue() instanceof String words && !isPartOfText()) {
        add(words, place);
      }
      return null;
    }

    private boolean isPartOfText() {
      TreePath above = getCurrentPath().getParentPath();
      while (above.getLeaf() instanceof ParenthesizedTree) {
        above = above.getParentPath();
      }
      return above.getLeaf().getKind() == Tree.Kind.PLUS;
    }

    /** Puts the text of an expression, and returns whether there is a literal in it. */
    private static boolean put(ExpressionTree expression, StringBuilder words) {
      if (expression instanceof ParenthesizedTree inParentheses) {
        return put(inParentheses.getExpression(), words);
      }
      if (expression instanceof LiteralTree literal && literal.getValue() instanceof String text) {
        words.append(text);
        return true;
      }
      if (expression instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
        return put(sum.getLeftOperand(), words) | put(sum.getRightOperand(), words);
      }
      words.append(GAP);
      return false;
    }

    private void add(String words, Place place) {
      boolean said =
          switch (place) {
            case NOT_SAID -> false;
            case THROWN_OR_LOGGED -> WORDS.matcher(words).find();
            case ANYWHERE -> SENTENCE.matcher(words).find();
          };
      texts.add(new Text(file, words, said));
    }
  }
}
