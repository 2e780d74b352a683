"""What a score is: the long `ScoreTable` and `ItemTable` that readers yield, the `ScoreMatrix` that statistics take."""

from confounded.scores.items import ItemTable
from confounded.scores.matrix import ScoreMatrix, score_matrix
from confounded.scores.settling import settled
from confounded.scores.table import Issue, ScoreTable

__all__ = ["Issue", "ItemTable", "ScoreMatrix", "ScoreTable", "score_matrix", "settled"]
