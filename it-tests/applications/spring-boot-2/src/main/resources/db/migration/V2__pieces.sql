ALTER TABLE orders ADD COLUMN pieces int NOT NULL CHECK (pieces > 0);
