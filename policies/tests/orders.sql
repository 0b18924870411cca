-- What the tests of policies/orders.csv are read against.
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text, phone text);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, placed date NOT NULL);
CREATE TABLE order_lines ("order" int REFERENCES orders, line int, article text, price numeric, PRIMARY KEY ("order", line));
CREATE VIEW contacts AS SELECT id, email, phone FROM customers;
CREATE FUNCTION monthly_total(month date) RETURNS numeric LANGUAGE sql STABLE AS
  'SELECT sum(price) FROM order_lines JOIN orders ON orders.id = "order" WHERE date_trunc(''month'', placed) = month';
CREATE SCHEMA sales;
CREATE TABLE sales.targets (region text, year int, target numeric);
CREATE TABLE sales.notes (author text, note text);
