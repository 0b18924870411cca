-- expect: ok
SELECT host(host), host << net, set_masklen(net, 16), mac, broadcast(net) FROM places LIMIT 2
