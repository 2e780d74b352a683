"""What a score is: the long `ScoreTable` that readers yield, and the `ScoreMatrix` that statistics take."""

from confounded.scores.matrix import ScoreMatrix, score_matrix
from confounded.scores.table import Issue, ScoreTable

__all__ = ["Issue", "ScoreMatrix", "ScoreTable", "score_matrix"]
