"""The first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("coverage", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.String(length=16), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("coverage IN ('all', 'window')", name=op.f("ck_boards_coverage")),
        sa.CheckConstraint(
            "last_outcome IN ('complete', 'unchanged', 'partial', 'blocked', 'not_found', 'unreadable', 'suspect')",
            name=op.f("ck_boards_last_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boards")),
        sa.UniqueConstraint("platform", "board", name=op.f("uq_boards_platform_board")),
    )
    op.create_index("ix_boards_enabled_next_due_at", "boards", ["enabled", "next_due_at"], unique=False)

    op.create_table(
        "postings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("apply_url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("requisition_id", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("location_raw", sa.Text(), nullable=True),
        sa.Column("workplace_raw", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("employment_raw", sa.Text(), nullable=True),
        sa.Column("pay_raw", sa.Text(), nullable=True),
        sa.Column(
            "pay_ranges", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("posted_raw", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_basis", sa.String(length=8), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_through", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language_raw", sa.Text(), nullable=True),
        sa.Column("occupational_category", sa.Text(), nullable=True),
        sa.Column("visa_support", sa.Boolean(), nullable=True),
        sa.Column("eligibility_to_work", sa.Text(), nullable=True),
        sa.Column("security_clearance", sa.Text(), nullable=True),
        sa.Column(
            "questions", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("row_hash", sa.String(length=32), nullable=True),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("posted_basis IN ('stated', 'relative')", name=op.f("ck_postings_posted_basis")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_postings_board_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("board_id", "external_id", name=op.f("uq_postings_board_id_external_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_postings_public_id")),
    )
    op.create_index("ix_postings_first_seen_at", "postings", ["first_seen_at"], unique=False)
    op.create_index("ix_postings_last_seen_at", "postings", ["last_seen_at"], unique=False)

    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("board_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("advertised", sa.Integer(), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('complete', 'unchanged', 'partial', 'blocked', 'not_found', 'unreadable', 'suspect')",
            name=op.f("ck_visits_outcome"),
        ),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_visits_board_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_board_id_started_at", "visits", ["board_id", "started_at"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_evidence_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_evidence")),
    )
    op.create_table(
        "occupations",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("soc_code", sa.String(length=7), nullable=True),
        sa.Column("soc_title", sa.Text(), nullable=True),
        sa.Column("onet_code", sa.String(length=10), nullable=True),
        sa.Column("major", sa.String(length=7), nullable=True),
        sa.Column("minor", sa.String(length=7), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column(
            "candidates", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("soc_version", sa.String(length=8), nullable=False),
        sa.Column("index_version", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_occupations_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_occupations")),
    )
    op.create_index("ix_occupations_soc_code", "occupations", ["soc_code"], unique=False)

    op.create_table(
        "posting_locations",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_posting_locations_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_posting_locations")),
    )
    op.create_index("ix_posting_locations_country_region", "posting_locations", ["country", "region"], unique=False)

    op.create_table(
        "posting_texts",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=True),
        sa.Column("description_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_posting_texts_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_posting_texts")),
    )
    op.create_table(
        "readings",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rules_version", sa.String(length=16), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column(
            "employment_type",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_intern", sa.Boolean(), nullable=True),
        sa.Column("job_kind", sa.String(length=16), nullable=True),
        sa.Column("employment_conflict", sa.Boolean(), nullable=True),
        sa.Column("sponsorship", sa.String(length=16), nullable=True),
        sa.Column("citizenship_required", sa.Boolean(), nullable=True),
        sa.Column("us_person_required", sa.Boolean(), nullable=True),
        sa.Column("existing_authorization_required", sa.Boolean(), nullable=True),
        sa.Column("permanent_resident_ok", sa.Boolean(), nullable=True),
        sa.Column("opt_cpt_ok", sa.Boolean(), nullable=True),
        sa.Column("clearance", sa.String(length=16), nullable=True),
        sa.Column("clearance_level", sa.Text(), nullable=True),
        sa.Column(
            "confidence", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("clearance IN ('required', 'obtainable', 'plus')", name=op.f("ck_readings_clearance")),
        sa.CheckConstraint(
            "job_kind IN ('intern', 'co_op', 'apprentice', 'fellow', 'resident', 'new_grad', 'regular')",
            name=op.f("ck_readings_job_kind"),
        ),
        sa.CheckConstraint(
            "sponsorship IN ('offered', 'case_by_case', 'not_offered', 'unclear', 'none')",
            name=op.f("ck_readings_sponsorship"),
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_readings_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_is_intern", "readings", ["is_intern"], unique=False)
    op.create_index("ix_readings_sponsorship", "readings", ["sponsorship"], unique=False)

    op.create_table(
        "visa_mentions",
        sa.Column("posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("visa", sa.String(length=32), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "stance IN ('offered', 'case_by_case', 'not_offered', 'mentioned')", name=op.f("ck_visa_mentions_stance")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["postings.id"], name=op.f("fk_visa_mentions_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_visa_mentions")),
    )
    op.create_index("ix_visa_mentions_visa_stance", "visa_mentions", ["visa", "stance"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_visa_mentions_visa_stance", "visa_mentions")

    op.drop_table("visa_mentions")
    op.drop_index("ix_readings_sponsorship", "readings")
    op.drop_index("ix_readings_is_intern", "readings")

    op.drop_table("readings")
    op.drop_table("posting_texts")
    op.drop_index("ix_posting_locations_country_region", "posting_locations")

    op.drop_table("posting_locations")
    op.drop_index("ix_occupations_soc_code", "occupations")

    op.drop_table("occupations")
    op.drop_table("evidence")
    op.drop_index("ix_visits_board_id_started_at", "visits")

    op.drop_table("visits")
    op.drop_index("ix_postings_last_seen_at", "postings")
    op.drop_index("ix_postings_first_seen_at", "postings")

    op.drop_table("postings")
    op.drop_index("ix_boards_enabled_next_due_at", "boards")

    op.drop_table("boards")
