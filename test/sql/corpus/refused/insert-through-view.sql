-- expect: POLICY_DENIED
-- intent: write
INSERT INTO v_open_orders (id, total) VALUES (1, 1)
