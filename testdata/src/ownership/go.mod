module ownership

go 1.26
