CREATE TABLE IF NOT EXISTS `customers` (
    `number` BIGINT AUTO_INCREMENT PRIMARY KEY,
    `email` VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL UNIQUE,
    `password_hash` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `is_active` BOOLEAN NOT NULL,
    `is_verified` BOOLEAN NOT NULL,
    `pending_email` VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `is_clerk` BOOLEAN NOT NULL,
    `epoch` BIGINT NOT NULL DEFAULT 0,
    `created_at` DATETIME(6) NOT NULL,
    `display_name` VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `locale` VARCHAR(6) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    `company` BIGINT
) ENGINE = InnoDB;
