"""Text of an XPath 1.0 expression with the ODK additions -> syntax tree.

The grammar follows XPath 1.0 §3 (precedence: or, and, = !=, < <= > >=, + -, * div mod, unary -,
``|``) without attributes, ``//`` and axes written out; ``${name}`` is the XLSForm shorthand for the
path of a question, and may be filtered and followed by steps as any expression that gives nodes.
Words such as ``and`` or ``div``, and ``*``, are operators only where an operator can stand (XPath
1.0 §3.7), which the contextual lexer of an LALR parser gives for free.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TypeAlias

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from forms.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Located,
    Logic,
    Negation,
    Node,
    Path,
    Reference,
    Start,
    Step,
    Union,
    depth,
)
from forms.mistakes import Mistake

#: Longer texts are refused before they are read.
LONGEST = 20_000

#: Deeper trees are refused, so that neither compiling nor evaluating can exhaust the stack.
DEEPEST = 150

#: What XPath has and XForms expressions here have not: told by name, not as a slip of the pen.
_NOT_HERE = re.compile(r"//|::|@|\$[^\W\d][\w.-]*")

_GRAMMAR = r"""
?start: or_test
?or_test: and_test | or_test OR and_test              -> logic
?and_test: equality | and_test AND equality           -> logic
?equality: relation | equality (EQ | NE) relation     -> binary
?relation: sum | relation (LE | GE | LT | GT) sum     -> binary
?sum: product | sum (PLUS | MINUS) product            -> binary
?product: unary | product (TIMES | DIV | MOD) unary   -> binary
?unary: union | MINUS unary                           -> negation
?union: primary | union "|" primary
?primary: NUMBER                                      -> number
    | STRING                                          -> text
    | location
    | base
    | base predicates                                 -> filtered
    | base "/" steps                                  -> reached
    | base predicates "/" steps                       -> filtered_and_reached
?base: REFERENCE                                      -> reference
    | NAME "(" [or_test ("," or_test)*] ")"           -> call
    | "(" or_test ")"
?location: "/" steps                                  -> absolute_path
    | steps                                           -> relative_path
    | CURRENT                                         -> current
    | CURRENT "/" steps                               -> current_path
steps: step ("/" step)*
step: (NAME | UP | SELF | EVERY) predicates?
predicates: ("[" or_test "]")+

OR.3: /or(?![\w.:-])/
AND.3: /and(?![\w.:-])/
DIV.3: /div(?![\w.:-])/
MOD.3: /mod(?![\w.:-])/
CURRENT.3: /current\s*\(\s*\)/
EQ: "="
NE: "!="
LE: "<="
GE: ">="
LT: "<"
GT: ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
EVERY: "*"
NUMBER.2: /[0-9]+(\.[0-9]*)?|\.[0-9]+/
STRING: /"[^"]*"|'[^']*'/
REFERENCE: /\$\{[^{}]*\}/
NAME: /[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?/
UP: ".."
SELF: "."
%ignore /\s+/
"""


_Predicates: TypeAlias = tuple[Node, ...]
_Steps: TypeAlias = tuple[Step, ...]


class _Builder(Transformer[Token, Node]):
    """Makes nodes while the parser runs, so no second, recursive, pass is needed."""

    @v_args(inline=True)
    def logic(self, left: Node, operator: Token, right: Node) -> Node:
        word = str(operator)
        if isinstance(left, Logic) and left.operator == word:
            return Logic(word, (*left.operands, right))
        return Logic(word, (left, right))

    @v_args(inline=True)
    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        return Binary(str(operator), left, right)

    @v_args(inline=True)
    def negation(self, _minus: Token, operand: Node) -> Node:
        return Negation(operand)

    @v_args(inline=True)
    def number(self, token: Token) -> Node:
        return Literal(float(token))

    @v_args(inline=True)
    def text(self, token: Token) -> Node:
        return Literal(str(token)[1:-1])

    @v_args(inline=True)
    def reference(self, token: Token) -> Node:
        return Reference(str(token)[2:-1].strip())

    def call(self, parts: list[Token | Node | None]) -> Node:
        name, *arguments = parts
        nodes = tuple(part for part in arguments if part is not None and not _is_token(part))
        return Call(str(name), nodes)  # type: ignore[arg-type]  # tokens are filtered out above

    def predicates(self, tests: list[Node]) -> _Predicates:
        return tuple(tests)

    @v_args(inline=True)
    def step(self, name: Token, predicates: _Predicates = ()) -> Step:
        return Step(str(name), predicates)

    def steps(self, steps: list[Step]) -> _Steps:
        return tuple(steps)

    @v_args(inline=True)
    def absolute_path(self, steps: _Steps) -> Node:
        return Path(steps, Start.ROOT)

    @v_args(inline=True)
    def relative_path(self, steps: _Steps) -> Node:
        return Path(steps)

    @v_args(inline=True)
    def current(self, _current: Token) -> Node:
        return Path((Step("."),), Start.CURRENT)

    @v_args(inline=True)
    def current_path(self, _current: Token, steps: _Steps) -> Node:
        return Path(steps, Start.CURRENT)

    @v_args(inline=True)
    def filtered(self, base: Node, predicates: _Predicates) -> Node:
        return Located(base, predicates, ())

    @v_args(inline=True)
    def reached(self, base: Node, steps: _Steps) -> Node:
        return Located(base, (), steps)

    @v_args(inline=True)
    def filtered_and_reached(self, base: Node, predicates: _Predicates, steps: _Steps) -> Node:
        return Located(base, predicates, steps)

    @v_args(inline=True)
    def union(self, left: Node, right: Node) -> Node:
        return Union(left, right)


def _is_token(part: object) -> bool:
    return isinstance(part, Token)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of ``text``. Raises ``ExpressionError`` with the position, counted from 1."""
    if len(text) > LONGEST:
        raise ExpressionError(Mistake.DEF_023, limit=LONGEST)
    try:
        # The transformer makes the parser return our nodes instead of lark's trees.
        root: Node = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    if depth(root) > DEEPEST:
        raise ExpressionError(Mistake.DEF_023, limit=DEEPEST)
    return root


def _syntax_error(text: str, error: UnexpectedInput) -> ExpressionError:
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    at = len(text) if at_end or error.pos_in_stream is None else error.pos_in_stream
    begins = at - 1 if text[at - 1 : at + 1] == "//" else at
    foreign = _NOT_HERE.match(text, begins)
    if foreign is not None:
        return ExpressionError(Mistake.DEF_025, name=foreign[0])
    return ExpressionError(Mistake.DEF_016, position=at + 1, near=_printable(text[at : at + 20]))


def _printable(text: str) -> str:
    """Lone surrogates of a damaged file replaced, because no message could be written with them."""
    return text.encode("utf-8", "replace").decode("utf-8")
