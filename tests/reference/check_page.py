"""Checks a self-contained page: every tag closed in order, every id once, every inner link leads
somewhere, nothing refers outside.  usage: check_page.py FILE.html ID...   (ids that must be there)"""
import html.parser
import re
import sys

VOID = {"meta", "link", "br", "img", "hr", "input", "col", "wbr"}
REFERENCES = {"src", "href", "srcset", "data", "action", "poster", "xlink:href", "background"}


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.problems = [], [], [], []

    def say(self, text):
        self.problems.append("line %d: %s" % (self.getpos()[0], text))

    def attributes(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.say("<%s> has an attribute twice" % tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name.startswith("on"):
                self.say("<%s> has an event handler %s" % (tag, name))
            if name in REFERENCES and value.startswith("#"):
                self.links.append(value[1:])
            elif name in REFERENCES and not value.startswith("data:"):
                self.say("<%s %s=%r> refers outside" % (tag, name, value[:60]))
            if name == "style" and "url(" in value:
                self.say("<%s> has url() in its style" % tag)

    def handle_starttag(self, tag, attributes):
        self.attributes(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.attributes(tag, attributes)
        if "svg" not in self.open and tag not in VOID:
            self.say("<%s/> closes itself outside SVG" % tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.say("</%s> closes %s" % (tag, self.open[-1:] or "nothing"))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            for found in re.finditer(r"@import|url\((?!['\"]?data:)|https?:|//", data):
                self.say("the style sheet refers outside: %r" % found.group())


def main():
    path, wanted = sys.argv[1], sys.argv[2:]
    text = open(path, "rb").read().decode("utf-8")  # strict: the page must be UTF-8
    checker = Checker()
    checker.feed(text)
    checker.close()
    problems = checker.problems + ["never closed: <%s>" % tag for tag in checker.open]
    problems += ["id %s twice" % i for i in sorted(set(checker.ids)) if checker.ids.count(i) > 1]
    problems += ["link to #%s leads nowhere" % l for l in checker.links if l not in checker.ids]
    problems += ["no element with id %s" % w for w in wanted if w not in checker.ids]
    for problem in problems[:20]:
        print(problem)
    sys.exit(1 if problems else 0)


main()
