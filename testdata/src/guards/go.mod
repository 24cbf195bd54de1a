module guards

go 1.26
