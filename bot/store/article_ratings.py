"""What readers said of articles: one rating a reader and article, the last one counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.model import ArticleRating


def keep(session: Session, article: str, sender: str, helpful: bool, now: datetime) -> None:
    """Keep a rating in place of the reader's earlier one."""
    rating = _find(session, article, sender)
    if rating is None:
        session.add(ArticleRating(article=article, sender=sender, helpful=helpful, at=now))
    else:
        rating.helpful, rating.at = helpful, now


def by(session: Session, article: str, sender: str) -> bool | None:
    """The reader's rating of the article; None when there is none."""
    rating = _find(session, article, sender)
    return None if rating is None else rating.helpful


def _find(session: Session, article: str, sender: str) -> ArticleRating | None:
    wanted = (ArticleRating.article == article, ArticleRating.sender == sender)
    return session.scalar(select(ArticleRating).where(*wanted))
