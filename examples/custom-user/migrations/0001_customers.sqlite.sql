CREATE TABLE "customers" (
    "number" INTEGER PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL UNIQUE,
    "password_hash" TEXT,
    "is_active" INTEGER NOT NULL CHECK ("is_active" IN (0, 1)),
    "is_verified" INTEGER NOT NULL CHECK ("is_verified" IN (0, 1)),
    "pending_email" TEXT,
    "is_clerk" INTEGER NOT NULL CHECK ("is_clerk" IN (0, 1)),
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "created_at" INTEGER NOT NULL,
    "display_name" TEXT NOT NULL,
    "locale" TEXT,
    "company" INTEGER
) STRICT;
