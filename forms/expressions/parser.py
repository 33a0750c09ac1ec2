"""Text of an XPath 1.0 expression with the ODK additions -> syntax tree.

The grammar follows XPath 1.0 §3 (precedence: or, and, = !=, < <= > >=, + -, * div mod, unary -)
without unions, predicates, axes and wildcards; ``${name}`` is the XLSForm shorthand for the path
of a question. Words such as ``and`` or ``div`` are operators only where an operator can stand
(XPath 1.0 §3.7), which the contextual lexer of an LALR parser gives for free.
"""

from __future__ import annotations

from functools import cache, lru_cache

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from forms.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Logic,
    Negation,
    Node,
    Path,
    Reference,
    depth,
)
from forms.mistakes import Mistake

#: Longer texts are refused before they are read.
LONGEST = 20_000

#: Deeper trees are refused, so that neither compiling nor evaluating can exhaust the stack.
DEEPEST = 150

_GRAMMAR = r"""
?start: or_test
?or_test: and_test | or_test OR and_test              -> logic
?and_test: equality | and_test AND equality           -> logic
?equality: relation | equality (EQ | NE) relation     -> binary
?relation: sum | relation (LE | GE | LT | GT) sum     -> binary
?sum: product | sum (PLUS | MINUS) product            -> binary
?product: unary | product (TIMES | DIV | MOD) unary   -> binary
?unary: primary | MINUS unary                         -> negation
?primary: NUMBER                                      -> number
    | STRING                                          -> text
    | REFERENCE                                       -> reference
    | NAME "(" [or_test ("," or_test)*] ")"           -> call
    | "(" or_test ")"
    | "/" steps                                       -> absolute_path
    | steps                                           -> relative_path
    | CURRENT "/" steps                               -> current_path
steps: step ("/" step)*
?step: NAME | UP | SELF

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
NUMBER.2: /[0-9]+(\.[0-9]*)?|\.[0-9]+/
STRING: /"[^"]*"|'[^']*'/
REFERENCE: /\$\{[^{}]*\}/
NAME: /[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?/
UP: ".."
SELF: "."
%ignore /\s+/
"""


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

    def steps(self, tokens: list[Token]) -> tuple[str, ...]:
        return tuple(str(token) for token in tokens)

    @v_args(inline=True)
    def absolute_path(self, steps: tuple[str, ...]) -> Node:
        return Path(steps, absolute=True)

    @v_args(inline=True)
    def relative_path(self, steps: tuple[str, ...]) -> Node:
        return Path(steps)

    @v_args(inline=True)
    def current_path(self, _current: Token, steps: tuple[str, ...]) -> Node:
        return Path(steps, from_current=True)


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
    return ExpressionError(Mistake.DEF_016, position=at + 1, near=text[at : at + 20])
