"""Published files: titles of occupations, O*NET, SOC 2018, with where each row is from"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ONET = sa.String(length=10)
_SOC = sa.String(length=7)
# Columns by table; all but those with a question mark are filled in every row.
_TABLES: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "occupation_titles": {
        "title": sa.Text(), "soc_code": _SOC, "onet_code?": _ONET, "kind": sa.String(length=16), "count": sa.Integer(),
    },
    "onet_occupations": {"onet_code": _ONET, "soc_code": _SOC, "title": sa.Text(), "description": sa.Text()},
    "onet_job_zones": {"onet_code": _ONET, "soc_code": _SOC, "job_zone": sa.Integer()},
    "onet_technologies": {
        "onet_code": _ONET, "soc_code": _SOC, "technology": sa.Text(), "commodity": sa.Text(), "is_hot": sa.Boolean(),
    },
    "onet_tasks": {
        "onet_code": _ONET, "soc_code": _SOC, "task_id": sa.Integer(), "task": sa.Text(), "task_type?": sa.Text(),
    },
    "soc_structure": {"soc_code": _SOC, "level": sa.String(length=8), "title": sa.Text()},
    "soc_definitions": {"soc_code": _SOC, "level": sa.String(length=8), "title": sa.Text(), "definition?": sa.Text()},
    "soc_crosswalk": {"soc_2010": _SOC, "soc_2018": _SOC},
}  # fmt: skip
_INDEXED = {
    "onet_occupations": "soc_code",
    "onet_job_zones": "soc_code",
    "onet_technologies": "soc_code",
    "onet_tasks": "soc_code",
    "soc_structure": "soc_code",
    "soc_definitions": "soc_code",
    "soc_crosswalk": "soc_2010",
}


def upgrade() -> None:
    op.create_table(
        "reference_files",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("vintage", sa.String(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_files")),
        sa.UniqueConstraint("kind", "part", name=op.f("uq_reference_files_kind")),
    )
    for table, columns in _TABLES.items():
        op.create_table(
            table,
            sa.Column("file_id", _ID, nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            *(sa.Column(name.rstrip("?"), kind, nullable=name.endswith("?")) for name, kind in columns.items()),
            sa.ForeignKeyConstraint(
                ["file_id"], ["reference_files.id"], name=op.f(f"fk_{table}_file_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("file_id", "position", name=op.f(f"pk_{table}")),
        )
    for table, column in _INDEXED.items():
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_table("reference_files")
