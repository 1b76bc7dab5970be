-- The tables that the examples read and write. What is declared DECIMAL TEXT keeps every digit.

CREATE TABLE payments (
  request_key TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  amount DECIMAL TEXT COLLATE decimal NOT NULL
);

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE
);

CREATE TABLE rooms (
  name TEXT PRIMARY KEY,
  seats INTEGER NOT NULL
);

CREATE TABLE bookings (
  id INTEGER PRIMARY KEY,
  room TEXT NOT NULL REFERENCES rooms (name),
  starts TIMESTAMP NOT NULL,
  ends TIMESTAMP NOT NULL,
  people INTEGER NOT NULL
);

CREATE TABLE carts (
  id INTEGER PRIMARY KEY,
  touched_at TIMESTAMP NOT NULL
);

CREATE TABLE stock (
  product_id TEXT PRIMARY KEY,
  available INTEGER NOT NULL
);

CREATE TABLE stock_moves (
  order_id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL,
  available INTEGER NOT NULL
);
