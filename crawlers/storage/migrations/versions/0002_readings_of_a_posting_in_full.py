"""Readings of a posting in full: seniority, pay, places, degree, experience, schedule, skills; and past readings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_PERIOD = "('year', 'month', 'week', 'day', 'hour')"
_BASIS = "('base', 'ote', 'total', 'unknown')"
# Columns with a check, in words: SQLite takes a constraint with a new column, but none by itself.
_CHECKED = {
    "seniority": "('intern', 'entry', 'mid', 'senior', 'lead', 'staff', 'principal', 'manager', 'director', 'vp', 'c_level')",
    "workplace": "('remote', 'hybrid', 'onsite')",
    "pay_period": _PERIOD,
    "pay_basis": _BASIS,
    "degree_minimum": "('highschool', 'associate', 'bachelor', 'master', 'doctorate')",
}
_ADDED = (
    "versions", "employment_sources", "sections", "degree_fields", "schedule_days", "certifications", "pay_min",
    "pay_max", "pay_annual_min", "pay_annual_max", "experience_min", "experience_max", "degree_required",
    "degree_in_progress", "degree_or_experience", "workplace_basis", "schedule_shift", "travel", "pay_currency",
    "schedule_start", "schedule_end",
)  # fmt: skip
_LENGTHS = {"seniority": 16, "degree_minimum": 16}


def upgrade() -> None:
    op.execute("ALTER TABLE postings RENAME COLUMN pay_ranges TO pay_stated")

    op.add_column("posting_locations", sa.Column("stated_city", sa.Text(), nullable=True))
    op.add_column("posting_locations", sa.Column("stated_region", sa.Text(), nullable=True))
    op.add_column("posting_locations", sa.Column("stated_country", sa.String(length=2), nullable=True))
    op.add_column("posting_locations", sa.Column("candidates", _JSON, server_default="[]", nullable=False))
    # Up to now, a place's parts were the platform's.
    op.execute("UPDATE posting_locations SET stated_city = city, stated_region = region, stated_country = country")

    for name, values in _CHECKED.items():
        op.execute(
            f"ALTER TABLE readings ADD COLUMN {name} VARCHAR({_LENGTHS.get(name, 8)})"
            f" CONSTRAINT ck_readings_{name} CHECK ({name} IN {values})"
        )
    for name in ("versions", "employment_sources", "sections"):
        default = "[]" if name == "sections" else "{}"
        op.add_column("readings", sa.Column(name, _JSON, server_default=default, nullable=False))
    for name in ("degree_fields", "schedule_days", "certifications"):
        op.add_column("readings", sa.Column(name, _JSON, nullable=True))
    for name in ("pay_min", "pay_max", "pay_annual_min", "pay_annual_max", "experience_min", "experience_max"):
        op.add_column("readings", sa.Column(name, sa.Double(), nullable=True))
    for name in ("degree_required", "degree_in_progress", "degree_or_experience"):
        op.add_column("readings", sa.Column(name, sa.Boolean(), nullable=True))
    for name in ("workplace_basis", "schedule_shift", "travel"):
        op.add_column("readings", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("readings", sa.Column("pay_currency", sa.String(length=8), nullable=True))
    op.add_column("readings", sa.Column("schedule_start", sa.String(length=5), nullable=True))
    op.add_column("readings", sa.Column("schedule_end", sa.String(length=5), nullable=True))
    op.create_index("ix_readings_rules_version", "readings", ["rules_version"], unique=False)

    op.create_table(
        "pay_ranges",
        sa.Column("posting_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("min", sa.Double(), nullable=True),
        sa.Column("max", sa.Double(), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("period", sa.String(length=8), nullable=True),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("annual_min", sa.Double(), nullable=True),
        sa.Column("annual_max", sa.Double(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("applies_to", sa.Text(), nullable=True),
        sa.CheckConstraint(f"period IN {_PERIOD}", name=op.f("ck_pay_ranges_period")),
        sa.CheckConstraint(f"basis IN {_BASIS}", name=op.f("ck_pay_ranges_basis")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_pay_ranges_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_pay_ranges")),
    )
    op.create_table(
        "skills",
        sa.Column("posting_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("requirement", sa.String(length=16), nullable=False),
        sa.CheckConstraint("requirement IN ('required', 'preferred')", name=op.f("ck_skills_requirement")),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_skills_posting_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_skills")),
    )
    op.create_index("ix_skills_skill", "skills", ["skill"], unique=False)
    op.create_table(
        "past_readings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("posting_id", _ID, nullable=False),
        sa.Column("rules_version", sa.String(length=16), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_past_readings_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_readings")),
    )
    op.create_index("ix_past_readings_posting_id", "past_readings", ["posting_id"], unique=False)


def downgrade() -> None:
    for name in ("past_readings", "skills", "pay_ranges"):
        op.drop_table(name)
    op.drop_index("ix_readings_rules_version", "readings")
    with op.batch_alter_table("readings") as readings:
        for name in _CHECKED:
            readings.drop_constraint(op.f(f"ck_readings_{name}"), type_="check")
        for name in (*_CHECKED, *_ADDED):
            readings.drop_column(name)
    with op.batch_alter_table("posting_locations") as places:
        for name in ("stated_city", "stated_region", "stated_country", "candidates"):
            places.drop_column(name)
    op.execute("ALTER TABLE postings RENAME COLUMN pay_stated TO pay_ranges")
