module lockstate

go 1.26
