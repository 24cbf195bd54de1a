module lockorder

go 1.26
