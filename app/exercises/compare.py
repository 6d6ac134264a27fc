"""compare: then and now side by side, to read; data: the options the person would like to talk about, as in
multi_choice.
"""

from app.exercises.multi_choice import as_text, is_blank, read

__all__ = ["as_text", "is_blank", "read"]
