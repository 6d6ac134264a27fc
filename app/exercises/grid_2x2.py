"""grid_2x2: four boxes with lines, named by the prompt's options. Data: as in two_lists."""

from app.exercises.two_lists import as_text, is_blank, read

__all__ = ["as_text", "is_blank", "read"]
