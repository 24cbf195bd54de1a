module lockblocking

go 1.26
