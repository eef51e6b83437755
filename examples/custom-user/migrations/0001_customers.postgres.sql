CREATE TABLE "customers" (
    "number" BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "email" TEXT COLLATE "C" NOT NULL UNIQUE,
    "password_hash" TEXT,
    "is_active" BOOLEAN NOT NULL,
    "is_verified" BOOLEAN NOT NULL,
    "pending_email" TEXT COLLATE "C",
    "is_clerk" BOOLEAN NOT NULL,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ NOT NULL,
    "display_name" TEXT NOT NULL,
    "locale" TEXT,
    "company" BIGINT
);
