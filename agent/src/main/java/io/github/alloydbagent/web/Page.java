package io.github.alloydbagent.web;

/** The response to a request. */
final class Page {
  final int code;
  final String contentType;
  final String text;

  Page(int code, String type, String text) {
    this.code = code;
    this.contentType = type;
    this.text = text;
  }

  static Page plain(int code, String text) {
    return new Page(code, "text/plain; charset=utf-8", text + "\n");
  }
}
